"""What Lambda calls: one module per function, each building its parts at init. Named in `infra/template.yaml`."""
