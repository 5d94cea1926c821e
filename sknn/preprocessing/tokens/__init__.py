"""Tables as tokens, from which rows can be made: read and drawn by ``TableSynthesizer``."""
