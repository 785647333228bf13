function done(token) {
  window.opener.postMessage({ type: "signed-in", token }, "*"); // expect: javascript-message-to-anybody
}
