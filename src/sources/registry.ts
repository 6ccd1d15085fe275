import type { ChatPlatform } from './chat-platform.js';
import { botFramework } from './platforms/bot-framework/bot-framework.js';
import { chatfuel } from './platforms/chatfuel/chatfuel.js';
import { dialogflowCx } from './platforms/dialogflow-cx/dialogflow-cx.js';
import { dialogflowEs } from './platforms/dialogflow-es/dialogflow-es.js';
import { generic } from './platforms/generic/generic.js';
import { landbot } from './platforms/landbot/landbot.js';
import { manychat } from './platforms/manychat/manychat.js';
import { rasa } from './platforms/rasa/rasa.js';

/** Every platform Parley can listen to. A new platform is one folder and one line here. */
export const platforms: readonly ChatPlatform[] = [
  manychat,
  landbot,
  chatfuel,
  dialogflowEs,
  dialogflowCx,
  rasa,
  botFramework,
  generic,
];
