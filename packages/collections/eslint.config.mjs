import { packageConfig } from '../../eslint.config.mjs'

export default packageConfig('collections')
