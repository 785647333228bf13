import logging

logger = logging.getLogger(__name__)


def login(user, password, settings):
    logger.info(f"login {user} with {password}")  # expect: python-sensitive-data-logged
    logging.debug("key %s", settings.api_key)  # expect: python-sensitive-data-logged
    print(f"token is {user.access_token}")  # expect: python-sensitive-data-logged
