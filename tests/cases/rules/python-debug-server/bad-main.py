from flask import Flask

app = Flask(__name__)
app.config["DEBUG"] = True  # expect: python-debug-server

if __name__ == "__main__":
    app.run(port=8000, debug=True)  # expect: python-debug-server
