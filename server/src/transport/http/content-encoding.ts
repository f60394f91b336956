/** How a file can be compressed beforehand, the smaller first. */
export const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * Which of them a client takes, RFC 9110 section 12.5.3: a name with `q=0` is refused, `*` stands for every one that is not
 * named. Of those that it takes the smallest is best, whatever weights it gives: all browsers give none.
 *
 * @param accepted the header Accept-Encoding; undefined where there is none
 * @returns undefined: as it is
 */
export function chooseEncoding(accepted: string | undefined, available: readonly Encoding[]): Encoding | undefined {
  const weights = new Map(
    (accepted ?? '').split(',').map(item => {
      const [name = '', ...parameters] = item.split(';').map(part => part.trim().toLowerCase());
      const weight = parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? '1';
      return [name === 'x-gzip' ? 'gzip' : name, Number(weight)];
    }),
  );
  return ENCODINGS.find(
    encoding => available.includes(encoding) && (weights.get(encoding) ?? weights.get('*') ?? 0) > 0,
  );
}
