"""An OAuth grant: one person's consent that an app acts for them, and the tokens that follow."""
