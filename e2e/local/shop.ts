/** The mesh of `meshes/shop`: what several tests do with its rules. */

/** The rules of cart, with all calls to the other version than before. */
export const otherVersion = (rules: string): string => rules.replace('weight: 100', 'weight: 7').replace('weight: 0', 'weight: 100').replace('weight: 7', 'weight: 0')
