/** How one kind of device learns to trust an authority. */
export interface TrustGuide {
  /** For people. */
  readonly device: string;
  /** In the `User-Agent` of its browsers. */
  readonly isIn: RegExp;
  /** One thing to do each, in this order; the first is to download the certificate, which is left out here. */
  readonly steps: readonly string[];
}

/** After the makers' own help, for the versions of 2026. Firefox takes over what Windows and macOS trust, since 120. */
export const TRUST_GUIDES: readonly TrustGuide[] = [
  {
    device: 'iPhone, iPad',
    // Safari of an iPad says that it is a Mac's.
    isIn: /iPhone|iPad|Macintosh.*Version\//,
    steps: [
      'Open the Settings app. “Profile Downloaded” stands near the top: tap it, then “Install”.',
      'Go to General, About, Certificate Trust Settings.',
      'Switch on the certificate that begins with “Framewire”.',
    ],
  },
  {
    device: 'Android',
    isIn: /Android/,
    steps: [
      'Open the Settings app and search for “CA certificate” (Security and privacy, More security settings, Encryption and credentials, Install a certificate).',
      'Choose “CA certificate”, “Install anyway”, and the file framewire-ca.crt.',
      'Only for Firefox: Settings, About Firefox, tap the logo five times; back in Settings, “Secret Settings”, switch on “Use third party CA certificates”.',
    ],
  },
  {
    device: 'Windows',
    isIn: /Windows/,
    steps: [
      'Open the file, and choose “Install Certificate”, “Current User”.',
      'Choose “Place all certificates in the following store”, “Browse”, “Trusted Root Certification Authorities”.',
      'Choose “Next”, “Finish” and “Yes”. Then start the browser again.',
    ],
  },
  {
    device: 'macOS',
    isIn: /Macintosh/,
    steps: [
      'Open the file, and add it to the keychain “login”.',
      'In Keychain Access, open the certificate that begins with “Framewire”.',
      'Under “Trust”, set “When using this certificate” to “Always Trust”. Close it and enter your password.',
    ],
  },
  {
    device: 'Linux: Chromium, Chrome',
    isIn: /X11(?!.*Firefox)/,
    steps: [
      'Open Settings, Privacy and security, Security, Manage certificates.',
      'Under “Authorities” (newer: “Installed by you”, “Trusted Certificates”), choose “Import” and the file.',
      'Where it asks, trust it for identifying websites.',
    ],
  },
  {
    device: 'Linux: Firefox',
    isIn: /X11.*Firefox/,
    steps: [
      'Open Settings, Privacy & Security, Certificates, “View Certificates”.',
      'Under “Authorities”, choose “Import” and the file.',
      'Tick “Trust this CA to identify websites”.',
    ],
  },
];
