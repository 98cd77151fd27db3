"""Where results go: lines, outputs, manifests, parts."""
