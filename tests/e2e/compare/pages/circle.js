// Circle's host SDK alone, as its documentation starts it. Its questions are on a page of Circle's, which no test reaches.
import { W3SSdk } from '@circle-fin/w3s-pw-web-sdk';

Object.assign(window, { sdk: new W3SSdk({ appSettings: { appId: '00000000-0000-4000-8000-000000000000' } }) });
performance.mark('evaluated');
