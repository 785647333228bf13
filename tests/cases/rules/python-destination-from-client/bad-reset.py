@app.post("/forgot")
def forgot_password():
    user = User.query.filter_by(email=request.form["email"]).first_or_404()
    token = make_token(user)
    link = f"{request.host_url}reset?token={token}" # expect: python-destination-from-client
    send_mail(user.email, link)
    return "sent"


def send_activation(request, user):
    token = make_token(user)
    send_mail(user.email, f"https://{request.get_host()}/activate/{token}") # expect: python-destination-from-client
