"""Compares this relay with its peers: same client, same sink, same load, same file system, interleaved rounds."""
