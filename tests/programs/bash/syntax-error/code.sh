echo reached

if true; then echo x; done
