const list = document.querySelector('#comments');

function show(comment) {
  list.innerHTML += `<li>${comment.text}</li>`; // expect: javascript-unescaped-html
}

async function load() {
  const response = await fetch('/api/notice');
  const notice = await response.json();
  list.insertAdjacentHTML('beforeend', notice.html); // expect: javascript-unescaped-html
}
