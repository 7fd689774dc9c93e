"""The two query languages of Close, as text and as a tree, read into one tree of conditions."""
