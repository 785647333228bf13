from flask import Flask, jsonify
from flask_login import current_user

app = Flask(__name__)


@app.route("/orders/<int:order_id>")
def order(order_id):
    found = Order.query.get_or_404(order_id)
    if found.user_id != current_user.id:
        return "no", 403
    return jsonify(found.fields())


@app.route("/articles/<int:article_id>")
def article(article_id):
    return jsonify(Article.query.get_or_404(article_id).fields())
