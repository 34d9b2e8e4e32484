# import os in a comment is none
text = "import os"
import os
print(os.getcwd())
