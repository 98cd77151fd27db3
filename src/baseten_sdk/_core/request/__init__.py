"""What is sent: parameters become a URL, headers and a body. Knows nothing of replies."""
