"""Which parts does it run on? The only importer of backends: `local` in one folder, `aws` in an account."""
