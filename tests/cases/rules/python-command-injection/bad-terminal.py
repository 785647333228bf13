import os
import sys

target = sys.argv[1]
os.popen("ls -la %s" % target)  # expect: python-command-injection
name = input("file: ")
os.system("cat {}".format(name))  # expect: python-command-injection
