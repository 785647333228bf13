from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/orders/<int:order_id>")
def order(order_id):
    return jsonify(Order.query.get_or_404(order_id).fields())  # expect: python-record-of-anybody
