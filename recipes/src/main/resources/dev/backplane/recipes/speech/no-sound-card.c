/* Stands in for libpcaudio.so.0, the interface of pcaudiolib, on hosts without sound card and sound server: espeak-ng
   only writes files here. no-sound-card.so beside it was made by
   gcc -shared -fPIC -Os -nostdlib -Wl,-soname,libpcaudio.so.0 -Wl,--build-id=none -Wl,-z,noseparate-code -s \
     -fno-asynchronous-unwind-tables -o no-sound-card.so no-sound-card.c */
void *create_audio_device_object(const char *d, const char *a, const char *n) { return 0; }
int audio_object_open(void *o, int f, unsigned r, unsigned char c) { return 0; }
void audio_object_close(void *o) {}
void audio_object_destroy(void *o) {}
int audio_object_write(void *o, const void *b, unsigned long n) { return 0; }
int audio_object_drain(void *o) { return 0; }
int audio_object_flush(void *o) { return 0; }
const char *audio_object_strerror(void *o, int e) { return ""; }
