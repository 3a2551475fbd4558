const formats = new Map<string, Intl.NumberFormat>();

/** How numbers are written in a language, without one in that of the process. Making a format takes a hundred times as long as using it, so they are kept. */
export function numberFormat(locale: string | undefined, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, options);
  formats.set(key, made);
  return made;
}
