"""An API key: a long random secret that stands for one membership. Only its hash is kept."""
