def is_token_valid(text):
    try: # expect: python-check-fails-open
        return bool(decode(text))
    except Exception:
        return True


def has_permission(user, action):
    try: # expect: python-check-fails-open
        roles = fetch_roles(user)
        return action in roles
    except ConnectionError as error:
        log(error)
        return True
