const greeting = document.getElementById('greeting');
const params = new URLSearchParams(window.location.search);
greeting.innerHTML = 'Hello ' + params.get('name'); // expect: javascript-dom-xss
document.write(decodeURIComponent(location.hash.slice(1))); // expect: javascript-dom-xss

window.addEventListener('message', (event) => {
  greeting.outerHTML = event.data.html; // expect: javascript-dom-xss
});
