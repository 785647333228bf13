function login(user, password, config) {
  console.log("login", user, password); // expect: javascript-secret-logged
  logger.info(`key ${config.apiKey}`); // expect: javascript-secret-logged
}
