export class Client {
  connect(): object {
    const secretKey = 'b7c1d9e0-44aa-11ee'; // expect: javascript-hardcoded-credential
    return { secretKey };
  }
}
