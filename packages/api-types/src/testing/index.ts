/** Helps for tests of what reads users' documents. */
export { mutate, seededChance, type Chance } from './mutate.ts'
