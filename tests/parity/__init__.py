"""Parity: the real `sam build` beside `engine build` on the same projects."""
