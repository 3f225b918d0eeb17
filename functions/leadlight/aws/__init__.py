"""The product's home: DynamoDB and its stream. Chosen in `leadlight.wiring`."""
