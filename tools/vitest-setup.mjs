// A CI run is reproducible: property tests draw from a fixed seed there, and from a new one everywhere else.
import fc from 'fast-check'

if (process.env.CI) fc.configureGlobal({ seed: 20_261_121 })
