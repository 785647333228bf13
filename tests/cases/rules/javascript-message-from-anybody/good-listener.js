window.addEventListener("message", (event) => {
  if (event.origin !== "https://app.example.com") return;
  localStorage.setItem("token", event.data.token);
});

worker.addEventListener("message", (event) => show(event.data));
