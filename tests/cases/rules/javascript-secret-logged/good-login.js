function login(user, password, config) {
  console.log("login", user.id);
  logger.info("password changed");
  logger.info(`attempts ${user.passwordAttempts}`);
}
