import logging

logger = logging.getLogger(__name__)


def login(user, password):
    logger.info("password of %s changed", user)
    logger.warning("wrong password for %r", user)
    print(f"password has {len(password)} letters")
