window.addEventListener("message", (event) => { // expect: javascript-message-from-anybody
  localStorage.setItem("token", event.data.token);
});
