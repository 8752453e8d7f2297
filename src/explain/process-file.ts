import type { Engine } from "../core/index.ts";
import { setupMaps } from "../scenario/index.ts";
import { answerTo, type FileAnswer } from "./file-answer.ts";
import type { FileAsked } from "./file-asked.ts";
import type { OwnerMaps } from "./file-question.ts";
import { fileScenarioIn, INIT } from "./file-scenario.ts";

/**
 * What a running process asks of a file. All ids, the task's among them, are kernel ids: groups that its namespace has no
 * number for count too.
 */
export interface ProcessFileQuestion extends FileAsked {
  /** The maps of its namespace; null: the initial one. */
  readonly maps: OwnerMaps | null;
  /** The maps of the mount: inside is the disk's side. Null: a plain mount. */
  readonly mount: OwnerMaps | null;
}

const CONTAINER = "container";
const MOUNT_MAP = "mount-map";

/**
 * Ask the model what becomes of it.
 *
 * @throws UsernsError ERR_SCENARIO for maps that there cannot be
 */
export function askProcessFile(question: ProcessFileQuestion, engine: Engine): FileAnswer {
  const { maps, mount } = question;
  const item = (name: string, of: OwnerMaps) => ({ name, parent: INIT, owner: [0, 0], ...setupMaps(of) });
  const scenario = fileScenarioIn(
    {
      namespaces: [...(maps ? [item(CONTAINER, maps)] : []), ...(mount ? [item(MOUNT_MAP, mount)] : [])],
      ofTask: maps ? CONTAINER : INIT,
      ofDisk: INIT,
      ofMount: mount ? MOUNT_MAP : null,
      idOf: (_, id) => id,
      ownerOf: (_, id) => id,
    },
    question,
  );
  return answerTo(question, scenario, [], engine);
}
