@app.post("/forgot")
def forgot_password():
    user = User.query.filter_by(email=request.form["email"]).first_or_404()
    token = make_token(user)
    link = f"{settings.PUBLIC_URL}/reset?token={token}"
    send_mail(user.email, link)
    return "sent"


@app.get("/feed")
def feed():
    return render(self_link=f"{request.host_url}feed")


def verify(request, page):
    return f"{request.host_url}{page}"
