/**
 * Suggestions for a misspelled name: `; did you mean 'block_backends'?`. Names by edit distance (Damerau-Levenshtein, optimal
 * string alignment), bounded by the length of the name, so that millions of symbols are passed by quickly.
 */

const MAX_SUGGESTIONS = 3

/**
 * @param fits whether a name that is near is of the kind that is wanted; asked of the nearest ones only.
 * @returns the clause to append to a message; empty when no name is near.
 */
export function nearNames(name: string, candidates: Iterable<string>, fits: (candidate: string) => boolean = () => true): string {
  // One error in three characters is a slip; more is another word.
  const limit = Math.max(1, Math.floor(name.length / 3))
  const near = new Map<string, number>()
  const wanted = name.toLowerCase()
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > limit || candidate === '' || near.has(candidate)) continue
    const distance = editDistance(wanted, candidate.toLowerCase(), limit)
    if (distance <= limit) near.set(candidate, distance)
  }
  const best: [string, number][] = []
  for (const each of [...near].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))) {
    if (fits(each[0])) best.push(each)
    if (best.length === MAX_SUGGESTIONS) break
  }
  if (best.length === 0) return ''
  return `; did you mean ${best.map(([candidate]) => `'${candidate}'`).join(' or ')}?`
}

/** @returns a number above `limit` as soon as the distance must be. */
function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      }
      row.push(cost)
      if (cost < least) least = cost
    }
    if (least > limit) return least
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
