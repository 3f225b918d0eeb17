"""What a lead costs on AWS: every call that one real journey makes, counted, sized and priced."""
