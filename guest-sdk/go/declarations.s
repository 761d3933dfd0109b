// Lets the package declare functions whose bodies are elsewhere.
