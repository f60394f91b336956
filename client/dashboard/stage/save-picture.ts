/** A name that sorts by time and says what it shows: `gate-2026-03-01-14-05-09.jpg`, in local time. */
export function pictureFileName(stream: string, at: Date, mediaType: string): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())];
  const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())];
  const name = stream.replace(/[^\p{L}\p{N}._-]+/gu, '-');
  return `${name}-${[...date, ...time].join('-')}.${mediaType === 'image/jpeg' ? 'jpg' : mediaType.replace(/^.*\//, '')}`;
}

/** Hands a picture to the browser's downloads. */
export function savePicture(picture: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(picture);
  link.download = fileName;
  link.click();
  // The download has its own reference once it has begun; a minute is far beyond that.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
