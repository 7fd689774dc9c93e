"""What any product needs: authentication, jobs, rate limits, phone numbers, rich text."""
