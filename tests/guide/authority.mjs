// An authority of the tests' own, and the certificates that an operator would get from theirs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class Authority {
  #folder;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    const subject = ['-subj', '/CN=An authority for the guide', '-keyout', 'ca.key', '-out', 'ca.pem'];
    this.#openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...subject);
  }

  /** Its certificate, in PEM. */
  get certificate() {
    return this.#read('ca.pem');
  }

  /** Certificate and key for a name, in PEM. @param {string} name */
  issue(name) {
    const request = ['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`];
    this.#openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...request);
    writeFileSync(join(this.#folder, `${name}.ext`), `subjectAltName=DNS:${name}\n`);
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${name}.ext`, '-out', `${name}.pem`];
    this.#openssl('x509', '-req', '-in', `${name}.csr`, '-days', '2', ...signed);
    return { certificate: this.#read(`${name}.pem`), key: this.#read(`${name}.key`) };
  }

  /** @param {...string} args */
  #openssl(...args) {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }

  /** @param {string} name */
  #read(name) {
    return readFileSync(join(this.#folder, name), 'utf8');
  }
}
