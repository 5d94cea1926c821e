"""Tables as tokens, which ``TableSynthesizer`` reads and draws."""
