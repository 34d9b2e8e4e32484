# import os
"""
import os
"""
text = "import os"
print(text)
