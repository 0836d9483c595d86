import { Recovery } from './recovery.jsx';

export default function Page() {
  return <main><h1>Wallet</h1><Recovery /></main>;
}
