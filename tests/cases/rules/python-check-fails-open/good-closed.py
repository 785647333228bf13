def is_token_valid(text):
    try:
        return bool(decode(text))
    except Exception:
        return False


def has_permission(user, action):
    try:
        return action in fetch_roles(user)
    except ConnectionError:
        raise PermissionError(action) from None


def is_token_expired(text):
    try:
        return decode(text).expired
    except ValueError:
        return True


def has_feature(name):
    try:
        return lookup(name)
    except KeyError:
        return True
