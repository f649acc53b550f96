/** What every test starts from: no variable of the developer's own environment reaches the configuration. */
for (const name of Object.keys(process.env)) {
  if (/^(NFS_|TONEMILL_|DATABASE|JWT_|SERVICE_|MAX_|PAUSED|CONVERSIONS|PORT$)/.test(name))
    delete process.env[name];
}
