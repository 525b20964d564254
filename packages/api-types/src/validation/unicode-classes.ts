/**
 * The names that `\p{...}` may have in a regular expression. Istio's webhook reads expressions with Go (1.25 and later: names in any
 * case, `Cn`, `LC`, and long names of categories), Envoy with its C++ RE2, which knows short names exactly as written.
 * A table, held to Go by the oracle's test. @see https://pkg.go.dev/regexp/syntax
 */

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** General categories that both know. */
const CATEGORIES = words('C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs')

/** What only Go knows, in the form of {@link canonical}. */
const GO_ONLY = words(
  'Assigned Ascii Cn Lc Casedletter Closepunctuation Combiningmark Connectorpunctuation Control Currencysymbol Dashpunctuation Decimalnumber Enclosingmark ' +
    'Finalpunctuation Format Initialpunctuation Letter Letternumber Lineseparator Lowercaseletter Mark Mathsymbol Modifierletter Modifiersymbol Nonspacingmark ' +
    'Number Openpunctuation Other Otherletter Othernumber Otherpunctuation Othersymbol Paragraphseparator Privateuse Punctuation Separator Spaceseparator ' +
    'Spacingmark Surrogate Symbol Titlecaseletter Unassigned Uppercaseletter Cntrl Digit Punct',
)

/** Scripts of Unicode 15 whose names Go finds: those of one word. It loses the underscore of the others, and so refuses them. */
const SCRIPTS = words(
  'Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Carian Chakma Cham Cherokee Chorasmian ' +
    'Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Dogra Duployan Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati ' +
    'Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Inherited Javanese Kaithi Kannada Katakana Kawi Kharoshthi Khmer Khojki Khudawadi Lao Latin Lepcha ' +
    'Limbu Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Medefaidrin Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari ' +
    'Newa Nko Nushu Ogham Oriya Osage Osmanya Palmyrene Phoenician Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham Sinhala Sogdian Soyombo Sundanese ' +
    'Syriac Tagalog Tagbanwa Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Yezidi Yi',
)

/** Who takes a class of that name; undefined: not even Istio. */
export function takerOfUnicodeClass(name: string): 'istio and envoy' | 'istio only' | undefined {
  const form = canonical(name)
  if (form === 'Any' || CATEGORIES.has(form) || SCRIPTS.has(form)) return form === name ? 'istio and envoy' : 'istio only'
  return GO_ONLY.has(form) ? 'istio only' : undefined
}

/** As Go compares names: without spaces, underscores and hyphens, the first letter large, the others small. Only ASCII letters have a case. */
function canonical(name: string): string {
  const letters = name.replaceAll(/[ _-]/g, '')
  return letters.replace(/^[a-z]/, (letter) => letter.toUpperCase()).replaceAll(/(?<=.)[A-Z]+/gsu, (tail) => tail.toLowerCase())
}
